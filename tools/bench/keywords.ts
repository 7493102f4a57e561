/** Words that the titles of the data set are made of, and that are searched for. */
export const KEYWORDS = ['旅行', '美食', 'sunset', '猫咪', 'music', '跳舞', 'football', '烹饪'];
