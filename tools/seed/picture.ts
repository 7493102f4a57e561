import { crc32, deflateSync } from 'node:zlib';

type Rgb = readonly [number, number, number];

/** Full colour of a hue in degrees, at that lightness (0 to 1). */
function colour(hue: number, light: number): Rgb {
  const channel = (offset: number): number => {
    const at = (offset + hue / 30) % 12;
    const swing = 0.65 * Math.min(light, 1 - light);
    return Math.round(255 * (light - swing * Math.max(-1, Math.min(at - 3, 9 - at, 1))));
  };
  return [channel(0), channel(8), channel(4)];
}

const mix = (a: Rgb, b: Rgb, share: number): Rgb =>
  [0, 1, 2].map((at) => Math.round((a[at] ?? 0) * (1 - share) + (b[at] ?? 0) * share)) as unknown as Rgb;

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** A PNG file (RGB, 8 bits a channel) of what `pixel` gives for each place. */
function png(width: number, height: number, pixel: (x: number, y: number) => Rgb): Buffer {
  const row = 1 + width * 3;
  const raw = Buffer.alloc(row * height);
  for (let y = 0; y < height; y += 1) for (let x = 0; x < width; x += 1) raw.set(pixel(x, y), y * row + 1 + x * 3);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(raw)), chunk('IEND', Buffer.alloc(0))]);
}

/** A head and shoulders before a gradient, in colours of its own. */
export function avatar(hue: number): Buffer {
  const size = 240;
  const [top, bottom, figure] = [colour(hue, 0.75), colour((hue + 40) % 360, 0.55), colour((hue + 190) % 360, 0.3)];
  return png(size, size, (x, y) => {
    const head = Math.hypot(x - size / 2, y - size * 0.4) < size * 0.18;
    const shoulders = Math.hypot((x - size / 2) * 0.8, y - size * 1.02) < size * 0.36;
    return head || shoulders ? figure : mix(top, bottom, y / size);
  });
}

/** Hills one behind the other under a sky. */
export function background(hue: number): Buffer {
  const [width, height, hills] = [720, 400, 4];
  const [sky, horizon, ground] = [colour((hue + 200) % 360, 0.6), colour(hue, 0.8), colour((hue + 120) % 360, 0.25)];
  return png(width, height, (x, y) => {
    let seen = mix(sky, horizon, y / height);
    for (let hill = 0; hill < hills; hill += 1) {
      const ridge = height * (0.45 + 0.14 * hill) + 28 * Math.sin(x / (60 + 25 * hill) + hue + hill * 2);
      if (y > ridge) seen = mix(horizon, ground, (hill + 1) / hills);
    }
    return seen;
  });
}
