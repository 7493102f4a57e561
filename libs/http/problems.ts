/** What is wrong with a parameter, in both languages of the API. */
export class Problem {
  constructor(
    readonly en: string,
    readonly zh: string,
  ) {}
}

export const problems = {
  missing: new Problem('is missing', '缺失'),
  notScalar: new Problem('must be a single value', '必须是单个值'),
  notText: new Problem('must be text', '必须是文本'),
  notUnicode: new Problem('must be valid Unicode text', '必须是有效的 Unicode 文本'),
  notId: new Problem('must be a positive whole number', '必须是正整数'),
  notFlag: new Problem('must be true or false', '必须是 true 或 false'),
  notCursor: new Problem('is not a cursor of this list', '不是此列表的游标'),
  notWhole: (min: number, max: number): Problem =>
    new Problem(`must be a whole number from ${min} to ${max}`, `必须是 ${min} 到 ${max} 之间的整数`),
  notNumbers: (min: number, max: number, most: number): Problem =>
    new Problem(
      `must be 1 to ${most} whole numbers from ${min} to ${max}, separated by commas`,
      `必须是 1 到 ${most} 个 ${min} 到 ${max} 之间的整数，用逗号分隔`,
    ),
  notOneOf: (values: readonly (string | number)[]): Problem =>
    new Problem(`must be one of ${values.join(', ')}`, `必须是 ${values.join('、')} 之一`),
  tooShort: (min: number): Problem => new Problem(`must have at least ${min} characters`, `至少需要 ${min} 个字符`),
  tooLong: (max: number): Problem => new Problem(`must have at most ${max} characters`, `最多 ${max} 个字符`),
};
