import { defineErrors } from '@doul/contracts';

export const SearchErrors = defineErrors('search', 16, {
  UNAVAILABLE: {
    n: 1,
    grpc: 'UNAVAILABLE',
    http: 503,
    en: 'Search is not available at the moment, please try again',
    zh: '搜索暂时不可用，请稍后重试',
  },
});
