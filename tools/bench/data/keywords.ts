/** Words that the titles of the data set are made of, and that are searched for: each is in one title of twenty. */
export const KEYWORDS =
  '旅行 美食 sunset 猫咪 music 跳舞 football 烹饪 海边 日落 street coffee 健身 电影 guitar 滑雪 sunrise 宠物 穿搭 garden 手工 摄影 running 咖啡 露营 ocean 书法 钢琴 cycling 城市 summer 雪山 baking 方言 travel 搞笑 winter 汽车 poetry 茶艺'.split(
    ' ',
  );
