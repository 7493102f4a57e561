import { CLIP_PATTERNS, type ClipLook } from '../../libs/testing/clips.js';

/** A video of the demo set; its title is unique in it. */
export interface Film {
  readonly title: string;
  readonly look: ClipLook;
  /** Index of its author in the list of people. */
  readonly author: number;
}

const TITLES: readonly string[] = [
  '早安，今天也要加油鸭 #早安 #日常',
  'Two cats and one cardboard box #cats #funny',
  '三分钟学会番茄炒蛋 #美食 #家常菜',
  'Morning run along the river #running #health',
  '周末的山顶日出 #旅行 #日出',
  'How I make pour-over coffee #coffee #howto',
  '第一次滑板 ollie 成功！ #滑板 #坚持',
  'Painting a sunset in one minute #art #painting',
  '韩梅梅的英语小课堂 #学习 #英语',
  'A cat that thinks it is a dog #cat #pets',
  '办公室五分钟拉伸 #健康 #打工人',
  'The quietest street in town #citywalk #travel',
  '自制珍珠奶茶 #奶茶 #美食',
  'Repotting day, wish me luck #plants #garden',
  '用磁铁做一列小火车 #物理 #实验',
  'Rain on the window, no talking #asmr #rain',
  '洱海边的风 #大理 #旅行 #治愈',
  'Fixing a chair with one screw #diy #woodwork',
  '猫咪第一次见到雪 #猫 #萌宠',
  'Kitchen cover of an old song #music #cover',
  '手账排版的小技巧 #手账 #文具',
  'Map of an island that does not exist #maps #drawing',
  '广场舞也可以很酷 #舞蹈 #广场舞',
  'Sourdough, day seven #baking #bread',
  '程序员的一天 #代码 #日常 #vlog',
  'Learning to juggle, attempt 38 #learning #fail',
  '夏天的第一个西瓜 #夏天 #水果',
  'Sunrise from the night bus #travel #sunrise',
  '老王钓鱼记：空军的一天 #钓鱼',
  'Ten second meditation #calm #mindfulness',
  '街角的糖画师傅 #非遗 #手艺',
  'My desk, cleaned at last #desk #setup',
  '水为什么能往上流 #科普 #实验',
  'Feeding time at the aquarium #fish #blue',
  '奶奶包的粽子 #端午 #家的味道',
  'One lens, one walk #photography #street',
  '阳台种菜第三十天 #种菜 #阳台',
  'Skating home after work #skate #city',
  '木勺子的诞生 #木工 #手作',
  'Cat versus cucumber (nobody was hurt) #cats #cucumber',
  '高铁窗外的三分钟 #旅行 #风景',
  'Latte art: it is a leaf, I promise #coffee #latteart',
  '雨后的胡同 #北京 #胡同 #citywalk',
  'Guess the colour of noise #science #sound',
  '婷婷的古典舞练习 #古典舞 #舞蹈',
  'Folding a paper crane #origami #paper',
  '深夜食堂：一碗阳春面 #美食 #深夜',
  'Hello from the other side of the hill #hiking',
  '小狗学会了握手 #狗 #萌宠',
  'How tall is a sunflower in August #garden #summer',
  '重庆的轻轨穿楼而过 #重庆 #城市',
  'Old radio, new battery #repair #retro',
  '用一支笔画完整条街 #画画 #速写',
  'Stars over the desert, timelapse #stars #timelapse',
  '今天的云像一只猫 #云 #天空 #猫',
  'First snow, first fall #snow #winter',
  '三个和尚的现代版 #搞笑 #短剧',
  'A very small library #books #reading',
  '晚风和自行车 #夏天 #骑行',
  'Counting trains #trains #slow',
  '茶叶是怎么变成茶的 #茶 #手艺',
  'Sea, rocks, more sea #ocean #waves',
  '和孩子一起做肥皂泡 #亲子 #实验',
  'Goodnight, city #night #lights',
];

/** Portrait two times of three; sizes that look right and encode fast. */
function lookOf(at: number): ClipLook {
  const [width, height] = at % 3 === 2 ? [640, 360] : [360, 640];
  const pattern = CLIP_PATTERNS[at % CLIP_PATTERNS.length] ?? 'test';
  return { width, height, pattern, seconds: 2 + ((at * 5) % 7), hue: (at * 47) % 360, tone: 220 + ((at * 55) % 660) };
}

/** Who films what: the first people film most. @param people how many there are */
export const filmsOf = (people: number): Film[] =>
  TITLES.map((title, at) => ({ title, look: lookOf(at), author: at < people ? at : (at * at) % Math.ceil(people / 2) }));
