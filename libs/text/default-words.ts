import type { WordEntry, WordLevel } from './word-set.js';

/**
 * The list a new installation starts with: small and unambiguous on purpose, because every false hit annoys an innocent author.
 * Operators extend it at run time. Inflected English forms are listed one by one, since Latin words match whole words only.
 */
const LISTS: readonly { level: WordLevel; words: string }[] = [
  // Gambling
  {
    level: 'block',
    words: `赌博网站 网上赌博 网络赌博 在线赌博 澳门赌场 线上赌场 网上赌场 真人荷官 美女荷官 百家乐开户 北京赛车开奖 时时彩计划 六合彩特码 六合彩内幕
      私彩代理 赌球网站 外围赌球 赌球平台 博彩网站 博彩平台 下注平台 菠菜平台 电子娱乐城 包赢计划 稳赚不赔的赌 一元夺宝外挂`,
  },
  { level: 'review', words: '赌博 赌钱 赌场 博彩 百家乐 六合彩 时时彩 老虎机' },
  // Drugs
  {
    level: 'block',
    words: `出售冰毒 购买冰毒 海洛因出售 卖海洛因 大麻出售 购买大麻 出售大麻 出售k粉 卖k粉 摇头丸出售 出售摇头丸 迷奸药 迷幻药出售 听话水 催情药 乖乖水
      蒙汗药 麻古出售 笑气批发 制毒教程 冰毒制作 吸毒工具出售 上头电子烟`,
  },
  { level: 'review', words: '冰毒 海洛因 摇头丸 可卡因 溜冰吸毒 芬太尼' },
  // Sexual services and pornography
  {
    level: 'block',
    words: `卖淫 嫖娼 招嫖 援交 约炮 裸聊 一夜情约 包夜服务 上门服务小姐 同城约啪 色情网站 黄色网站 成人电影网 情色直播 裸体直播 福利姬资源 儿童色情 幼女视频
      萝莉资源 性奴 强奸视频 偷拍裙底 换妻俱乐部 无码av下载 三级片下载 毛片下载 自慰直播 口交 肛交 性交易 人兽交 porn pornhub xvideos childporn`,
  },
  { level: 'review', words: '色情 黄片 毛片 强奸 迷奸 性交 自慰 做爱 裸照 嫖客' },
  // Weapons, forged papers, fraud
  {
    level: 'block',
    words: `出售枪支 枪支出售 买卖枪支 仿真枪出售 出售手枪 气枪货到付款 炸药制作 制作炸弹 炸弹配方 代开发票 发票代开 办假证 假证制作 代办文凭 代办学历 假币出售
      出售假币 出售身份证 身份证出售 银行卡出售 收购银行卡 银行卡四件套 洗钱跑分 跑分平台 套现提额 信用卡套现 代考替考 考试答案出售 器官买卖 卖肾 代孕包成功 人肉搜索代查`,
  },
  // Spam
  {
    level: 'block',
    words: `刷单兼职 兼职刷单 日赚千元 日入过万 躺赚项目 刷粉平台 刷赞平台 网赚项目加 加微信返利 加v领红包 加群领红包 无抵押贷款秒批 高利贷 裸贷 校园贷 黑户贷款
      代刷信誉 私服外挂 外挂出售 作弊器出售 群发软件 投资稳赚不赔 内幕股票群 带单老师`,
  },
  // Abuse
  {
    level: 'mask',
    words: `傻逼 煞笔 傻屄 沙雕玩意 操你妈 草你妈 艹你妈 肏你 日你妈 干你娘 你妈逼 尼玛逼 妈了个逼 狗日的 狗娘养的 婊子 臭婊子 贱人 贱货 骚货 荡妇 王八蛋 杂种 畜生
      脑残 智障东西 废物东西 滚你妈的 去死吧 死全家 全家死光 司马东西 鸡巴 几把玩意 屌丝货 装逼 牛逼吹 逼样 人渣 败类 狗杂碎 fuck fucks fucked fucker fuckers
      fucking fuckyou fuckoff motherfucker motherfuckers motherfucking bullshit shithead asshole assholes bitch bitches bastard bastards
      cunt cunts dickhead whore whores slut sluts faggot faggots nigger niggers retard wanker`,
  },
  // Innocent words that hold a listed one
  {
    level: 'allow',
    words: `反赌博 禁赌博 拒绝赌博 远离赌博 打击赌博 赌博的危害 赌博害人 反色情 打击色情 扫黄打非 远离校园贷 拒绝校园贷 校园贷的危害 警惕校园贷 打击卖淫嫖娼
      远离冰毒 拒绝冰毒 冰毒的危害 海洛因的危害 拒绝高利贷 远离高利贷 打击高利贷 警惕刷单兼职 举报嫖娼 反对强奸 强奸罪 强奸犯 畜生道 杂种优势 杂种狗 贱人就是矫情 老虎机博物馆`,
  },
];

/** Words and levels that comment's migration loads into MySQL, and that every filter starts with until it has read that list. */
export const DEFAULT_WORDS: readonly WordEntry[] = LISTS.flatMap(({ level, words }) =>
  words
    .split(/\s+/)
    .filter((text) => text !== '')
    .map((text) => ({ text, level })),
);
