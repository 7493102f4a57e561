import type { Call, UploadStream } from '@doul/http';
import { childLog, contextFields } from '@doul/runtime';
import { newObjectKey, objectStore, type ObjectKind } from '@doul/storage';
import { Injectable } from '@nestjs/common';
import { buffer } from 'node:stream/consumers';
import { UsercenterErrors } from '../usercenter.errors.js';
import { inspectImage } from './image.js';

const log = childLog('usercenter');

const kindOf = (field: string): ObjectKind => (field === 'avatar' ? 'avatars' : 'backgrounds');

/** Pictures of profiles in the object store. */
@Injectable()
export class ProfileImages {
  /** Stores a picture under a new key. @throws DoulError NOT_AN_IMAGE by what it holds, whatever it claims to be */
  async store(file: UploadStream): Promise<string> {
    const bytes = await buffer(file.stream);
    const image = inspectImage(bytes);
    if (!image) throw UsercenterErrors.NOT_AN_IMAGE({ parameter: file.field });
    const key = newObjectKey(kindOf(file.field), image.extension);
    await objectStore().put(key, bytes, { contentType: image.contentType });
    return key;
  }

  /** Deletes pictures that nothing names any more. A failure is logged: the profile does not depend on it. */
  async remove(keys: readonly string[], call: Call): Promise<void> {
    if (keys.length === 0) return;
    await objectStore()
      .delete([...keys])
      .catch((error: unknown) => log.warn({ ...contextFields(call), err: error, keys }, 'could not delete pictures'));
  }
}
