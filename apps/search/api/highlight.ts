import { findTokens } from '@doul/text';

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);

/** The title as HTML text, with what the keyword's tokens found in `<em>`; everything else in it is escaped. */
export function highlight(title: string, tokens: readonly string[]): string {
  let html = '';
  let position = 0;
  for (const { start, end } of findTokens(title, tokens)) {
    html += `${escapeHtml(title.slice(position, start))}<em>${escapeHtml(title.slice(start, end))}</em>`;
    position = end;
  }
  return html + escapeHtml(title.slice(position));
}
