import { defineConfig, env } from '@doul/runtime';

export const storageConfig = defineConfig('storage', {
  OSS_ENDPOINT: {
    schema: env.url(),
    devDefault: 'http://localhost:9000',
    doc: 'Address of the object store: https://oss-cn-hangzhou.aliyuncs.com, or that of the bundled server (a name, not a number)',
  },
  OSS_REGION: { schema: env.text(), default: 'oss-cn-hangzhou', doc: 'Region of the bucket, for example oss-cn-hangzhou' },
  OSS_BUCKET: { schema: env.text(), devDefault: 'doul', doc: 'Bucket of all media' },
  OSS_ACCESS_KEY_ID: { schema: env.text(), devDefault: 'doul', secret: true, doc: 'Access key of the object store' },
  OSS_ACCESS_KEY_SECRET: { schema: env.text(), devDefault: 'doul-development', secret: true, doc: 'Secret of the access key' },
  OSS_SLD: {
    schema: env.flag(),
    default: 'false',
    doc: 'Whether the bucket is named in the path (the bundled server) and not in the host name (Aliyun)',
  },
  MEDIA_BASE_URL: {
    schema: env.url(),
    devDefault: 'http://127.0.0.1:8080/media',
    doc: 'Public address that media are read from; an object is at <base>/<key>',
  },
  OSS_SIGNED_BASE_URL: {
    schema: env.text(),
    default: '',
    doc: 'Public address of the bucket in signed addresses, when clients reach it by another one than OSS_ENDPOINT; empty = OSS_ENDPOINT',
  },
});
