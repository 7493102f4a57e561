/** How loud a sound is, by EBU R 128, and what makes it as loud as all others. */
export interface Loudness {
  /** In LUFS. */
  readonly integrated: number;
  /** In dBTP. */
  readonly truePeak: number;
  /** What it is amplified by, in dB; 0 of sounds that are as good as silent. */
  readonly gain: number;
  /** Whether its peaks would then be too high. */
  readonly limited: boolean;
}

/** What is known of a file that may be published. JSON: it is stored with the job. */
export interface Source {
  readonly sizeBytes: number;
  /** As it is shown: rotation and the shape of its pixels are applied. */
  readonly width: number;
  readonly height: number;
  /** Until picture and sound have ended. */
  readonly durationMs: number;
  /** Average frames per second. */
  readonly fps: number;
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
  /** Missing without sound, and of sounds that are shorter than one block of the measurement. */
  readonly loudness?: Loudness;
  /** Whether everybody can play its picture as it is. */
  readonly canCopyPicture: boolean;
}
