/** What is known of a file that may be published. JSON: it is stored with the job. */
export interface Source {
  readonly sizeBytes: number;
  /** As it is shown: rotation and the shape of its pixels are applied. */
  readonly width: number;
  readonly height: number;
  /** Whether it is shown as it is stored. */
  readonly hasSquarePixels: boolean;
  /** Until picture and sound have ended. */
  readonly durationMs: number;
  /** Average frames per second. */
  readonly fps: number;
  /** That its picture has. */
  readonly frames: number;
  /** Whether all frames last about as long. */
  readonly isConstantRate: boolean;
  readonly codec: string;
  /** Brighter or more colourful than a normal screen. */
  readonly isHdr: boolean;
  readonly isInterlaced: boolean;
  /** Whether its numbers of a colour are those of BT.709 already. */
  readonly isBt709: boolean;
  /** Of the picture alone, in bit/s. */
  readonly bitRate: number;
  /** Which of the file's streams are its picture and its sound. */
  readonly pictureStream: number;
  readonly soundStream?: number;
  /** When the picture ends, in ms; the sound may go on. */
  readonly pictureMs: number;
  readonly hasAudio: boolean;
  /** 0 without sound. */
  readonly audioChannels: number;
  /** Whether everybody can play its picture as it is. */
  readonly canCopyPicture: boolean;
}
