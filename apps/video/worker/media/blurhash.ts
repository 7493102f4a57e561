/** Digits of base 83 as https://blurha.sh writes them. */
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~';

type Colour = readonly [number, number, number];

const base83 = (value: number, length: number): string =>
  Array.from({ length }, (_, index) => DIGITS[Math.floor(value / 83 ** (length - 1 - index)) % 83]).join('');

const toLinear = (byte: number): number => {
  const part = byte / 255;
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
};
const toByte = (linear: number): number => {
  const part = Math.min(1, Math.max(0, linear));
  return Math.round((part <= 0.0031308 ? part * 12.92 : 1.055 * part ** (1 / 2.4) - 0.055) * 255);
};
const signedRoot = (value: number): number => Math.sign(value) * Math.sqrt(Math.abs(value));

/** How much of one wave, `x` by `y` half periods, is in a square of linear colours. */
function factor(colours: readonly Colour[], side: number, x: number, y: number): Colour {
  const sum: [number, number, number] = [0, 0, 0];
  colours.forEach((colour, at) => {
    const wave = Math.cos((Math.PI * x * (at % side)) / side) * Math.cos((Math.PI * y * Math.floor(at / side)) / side);
    for (const channel of [0, 1, 2] as const) sum[channel] += wave * colour[channel];
  });
  const scale = (x === 0 && y === 0 ? 1 : 2) / (side * side);
  return [sum[0] * scale, sum[1] * scale, sum[2] * scale];
}

/**
 * A placeholder for a picture in some 30 characters (https://github.com/woltapp/blurhash).
 *
 * @param pixels bytes of red, green and blue of a square, whatever shape the picture has
 * @param side of the square
 * @param across waves from left to right, 1-9; `down` likewise
 */
export function blurhash(pixels: Buffer, side: number, across: number, down: number): string {
  const colours = Array.from({ length: side * side }, (_, at): Colour => {
    const channel = (offset: number): number => toLinear(pixels[at * 3 + offset] ?? 0);
    return [channel(0), channel(1), channel(2)];
  });
  const waves = Array.from({ length: across * down }, (_, at) => factor(colours, side, at % across, Math.floor(at / across)));
  const [average = [0, 0, 0] as const, ...rest] = waves;
  const highest = Math.max(0, ...rest.flat().map(Math.abs));
  const quantised = Math.min(82, Math.max(0, Math.floor(highest * 166 - 0.5)));
  const range = (quantised + 1) / 166;
  const level = (value: number): number => Math.min(18, Math.max(0, Math.floor(signedRoot(value / range) * 9 + 9.5)));
  const [red, green, blue] = average;
  return [
    base83(across - 1 + (down - 1) * 9, 1),
    base83(rest.length > 0 ? quantised : 0, 1),
    base83(toByte(red) * 65_536 + toByte(green) * 256 + toByte(blue), 4),
    ...rest.map(([r, g, b]) => base83(level(r) * 361 + level(g) * 19 + level(b), 2)),
  ].join('');
}
