/** A member of the demo set. */
export interface Person {
  /** Login name; the password is the same followed by 123. */
  readonly username: string;
  /** Name that is shown. */
  readonly name: string;
  readonly signature: string;
}

/**
 * The people of the demo set. The first one is the account that is printed. Her signature is set last, after everything else is done,
 * so that whoever has it marks a set that is whole.
 */
export const PEOPLE: readonly Person[] = [
  { username: 'alice', name: '爱丽丝 Alice', signature: '记录每一个小确幸 ✨ small joys, every day' },
  { username: 'bob', name: 'Bob 在路上', signature: 'On the road since 2019' },
  { username: 'xiaomei', name: '小美的厨房', signature: '一日三餐，四季皆甜' },
  { username: 'daming', name: '大明同学', signature: '代码写累了就出来走走' },
  { username: 'carol', name: 'Carol Paints', signature: 'Colour is a language' },
  { username: 'laowang', name: '隔壁老王', signature: '退休以后爱上拍视频' },
  { username: 'dave', name: 'Dave Runs', signature: '5 a.m. club. Slow is smooth.' },
  { username: 'meimei', name: '韩梅梅', signature: 'How are you? 我很好，谢谢！' },
  { username: 'leilei', name: '李雷', signature: '和韩梅梅是同桌' },
  { username: 'erin', name: 'Erin & the cats', signature: 'Two cats, one sofa, no space' },
  { username: 'afei', name: '阿飞滑板', signature: '摔倒了就再来一次' },
  { username: 'frank', name: 'Frank Brews', signature: 'Coffee first' },
  { username: 'tingting', name: '婷婷跳舞', signature: '舞蹈是会呼吸的音乐' },
  { username: 'grace', name: 'Grace', signature: 'Teacher by day, gardener by weekend' },
  { username: 'shanshan', name: '山山而川', signature: '山山而川，不过尔尔' },
  { username: 'henry', name: 'Henry Maps', signature: 'I draw maps of places I have not been to' },
  { username: 'douzi', name: '豆子老师', signature: '每天一个物理小实验' },
  { username: 'ivy', name: 'Ivy Green', signature: 'Plants do not judge' },
  { username: 'qiqi', name: '七七旅行日记', signature: '已打卡 27 个城市' },
  { username: 'jack', name: 'Jack of trades', signature: 'Fixing things that were not broken' },
  { username: 'yuanyuan', name: '圆圆的手账', signature: '纸和笔的慢生活' },
  { username: 'kate', name: 'Kate Sings', signature: 'Covers, mostly in the kitchen' },
  { username: 'mumu', name: '木木木工房', signature: '一块木头的一百种可能' },
  { username: 'leo', name: 'Leo', signature: '' },
];

export const passwordOf = (person: Person): string => `${person.username}123`;
