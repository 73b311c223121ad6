import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** A voice note as WhatsApp's clients make it, and what they show of it. */
export interface SoundShape {
  seconds: number;
  /** 64 heights from 0 to 100. */
  waveform: Uint8Array;
}

export interface Ffmpeg {
  /** Makes Ogg with Opus, one channel. @throws FfmpegError */
  toVoice(input: string, output: string): Promise<void>;
  /** How long it is, and how loud along its length. @throws FfmpegError */
  shapeOf(input: string): Promise<SoundShape>;
  /** A small JPEG of a picture, or of the first frame of a film. @throws FfmpegError */
  thumbnail(input: string): Promise<Buffer>;
}

/** The program failed: the file is not what it can read, or it took too long. */
export class FfmpegError extends Error {
  override readonly name = 'FfmpegError';
}

const TIMEOUT_MS = 120_000;
const SAMPLE_RATE = 8_000;
const BARS = 64;
const MAX_LEVEL = 128;
const MAX_THUMBNAIL_BYTES = 65_536;
/** Files only: what a file says must not make the program call anybody. */
const common = ['-nostdin', '-v', 'error', '-y', '-protocol_whitelist', 'file,pipe'];

/** The program, when it is installed; undefined otherwise. */
export async function findFfmpeg(program: string): Promise<Ffmpeg | undefined> {
  try {
    await run(program, ['-version'], () => undefined);
  } catch {
    return undefined;
  }
  return {
    async toVoice(input, output) {
      const codec = ['-vn', '-ac', '1', '-ar', '48000', '-c:a', 'libopus', '-b:a', '32k', '-application', 'voip'];
      await run(program, [...common, '-i', input, ...codec, '-f', 'ogg', output], () => undefined);
    },

    async shapeOf(input) {
      const levels: number[] = [];
      const args = [...common, '-i', input, '-vn', '-ac', '1', '-ar', String(SAMPLE_RATE), '-f', 's8', 'pipe:1'];
      let sum = 0;
      let samples = 0;
      // A level for each tenth of a second, so that an hour of speech needs little memory.
      await run(program, args, (chunk) => {
        for (const byte of chunk) {
          sum += Math.abs(byte > 127 ? byte - 256 : byte);
          samples += 1;
          if (samples % (SAMPLE_RATE / 10) !== 0) continue;
          levels.push(sum / (SAMPLE_RATE / 10));
          sum = 0;
        }
      });
      return { seconds: Math.ceil(samples / SAMPLE_RATE), waveform: barsOf(levels) };
    },

    async thumbnail(input) {
      const chunks: Buffer[] = [];
      let bytes = 0;
      const scale = ['-frames:v', '1', '-vf', "scale='min(96,iw)':-2", '-q:v', '6', '-f', 'mjpeg', 'pipe:1'];
      await run(program, [...common, '-i', input, ...scale], (chunk) => {
        bytes += chunk.length;
        if (bytes > MAX_THUMBNAIL_BYTES) throw new FfmpegError('The picture that was made is too large.');
        chunks.push(chunk);
      });
      return Buffer.concat(chunks);
    },
  };
}

/** Exported for its test: the loudest bar is 100. */
export function barsOf(levels: readonly number[]): Uint8Array {
  const bars = Array.from({ length: BARS }, (_, bar) => {
    const from = Math.floor((bar * levels.length) / BARS);
    const part = levels.slice(from, Math.max(from + 1, Math.floor(((bar + 1) * levels.length) / BARS)));
    return part.reduce((sum, level) => sum + level, 0) / Math.max(1, part.length);
  });
  const loudest = Math.max(...bars, 1 / MAX_LEVEL);
  return Uint8Array.from(bars, (level) => Math.round((100 * level) / loudest));
}

async function run(program: string, args: readonly string[], take: (chunk: Buffer) => void): Promise<void> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: TIMEOUT_MS, killSignal: 'SIGKILL' });
  const closed = once(child, 'close') as Promise<[code: number | null]>;
  let said = '';
  let failure: unknown;
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-500);
  });
  child.stdout.on('data', (chunk: Buffer) => {
    try {
      take(chunk);
    } catch (error) {
      failure = error;
      child.kill('SIGKILL');
    }
  });
  const [code] = await closed.catch((cause: unknown) => {
    throw new FfmpegError('The program could not be started.', { cause });
  });
  if (failure) throw failure;
  if (code !== 0) throw new FfmpegError(`The program failed: ${said.trim() || `code ${code}`}`);
}
