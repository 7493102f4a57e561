import { declaredEndpoints } from '@doul/http';
import type { Generator } from './generator.js';
import { code, groupBy, page, table } from './markdown.js';
import { load, sources } from './repository.js';

/** docs/reference/routes.md: every endpoint, in short; openapi.json has the details. */
export const routes: Generator = {
  name: 'routes',
  async generate() {
    await load(sources('.controller.ts'));
    const parts = groupBy(
      [...declaredEndpoints()].sort((a, b) => a.folder.localeCompare(b.folder) || a.path.localeCompare(b.path)),
      (endpoint) => endpoint.folder,
    ).map(
      ([folder, endpoints]) =>
        `## ${folder}\n\n${table(
          ['method', 'path', 'token', 'parameters', 'answer', 'errors', 'what'],
          endpoints.map((endpoint) => [
            endpoint.method,
            code(endpoint.path),
            endpoint.auth,
            [...Object.keys(endpoint.params), ...[endpoint.upload?.file ?? []].flat().map((file) => `${file} (file)`)].map(code).join(', '),
            Object.keys(endpoint.answer).map(code).join(', '),
            (endpoint.errors ?? []).map((error) => error.row.code).join(', '),
            endpoint.summary,
          ]),
        )}`,
    );
    const about =
      'Every endpoint. Answers carry `status_code` and `status_msg` beside the fields listed; the errors are those besides the common ones. ' +
      'A token is `none`: ignored; `optional`: anonymous callers are answered too; `required`; `lenient`: a bad one counts as none.';
    return [{ path: 'docs/reference/routes.md', text: page('Routes', about, ...parts) }];
  },
};
