export const overall = () => 'usage: ./doul up|down|env';
export const helpOf = (/** @type {string} */ name) => name;
