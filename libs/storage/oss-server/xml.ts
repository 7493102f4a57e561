const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };
const NAMED: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Characters that XML 1.0 cannot hold even as references. */
const FORBIDDEN = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g;

export const escapeXml = (text: string): string => text.replace(FORBIDDEN, '\uFFFD').replace(/[&<>"']/g, (sign) => ESCAPES[sign] ?? sign);

const unescapeXml = (text: string): string =>
  text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w+));/gi, (whole, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return NAMED[name] ?? whole;
    const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });

export type XmlValue = string | number | boolean | XmlTree | readonly XmlTree[] | readonly string[] | undefined;
export interface XmlTree {
  readonly [name: string]: XmlValue;
}

function element(name: string, value: XmlValue): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return (value as readonly (XmlTree | string)[]).map((item) => element(name, item)).join('');
  const inner = typeof value === 'object' ? elements(value as XmlTree) : escapeXml(String(value));
  return `<${name}>${inner}</${name}>`;
}

const elements = (tree: XmlTree): string =>
  Object.entries(tree)
    .map(([name, value]) => element(name, value))
    .join('');

/** A document from a tree, or of one text: arrays repeat their element, undefined leaves it out. */
export const xmlDocument = (root: string, tree: XmlTree | string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n${element(root, tree)}`;

/** The insides of each `<name>`, in order. Enough for the three small documents clients send; no nesting of one name in itself. */
export const blocksOf = (xml: string, name: string): string[] =>
  [...xml.matchAll(new RegExp(`<${name}(?:\\s[^>]*)?>([\\s\\S]*?)</${name}>`, 'g'))].map((match) => match[1] ?? '');

/** The texts of each `<name>`, unescaped. */
export const textsOf = (xml: string, name: string): string[] => blocksOf(xml, name).map((text) => unescapeXml(text.trim()));
