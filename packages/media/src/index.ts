export { mediaLinkEnv, mediaStorageEnv, openMediaStorage } from './env.js';
export { barsOf, type Ffmpeg, FfmpegError, findFfmpeg, type SoundShape } from './ffmpeg.js';
export { type Inspected, inspectFile, typeOf } from './inspect.js';
export { type MediaLinks, makeMediaLinks } from './links.js';
export { localStorage } from './local-storage.js';
export { type ReceivedFile, receiveFile, TooManyBytesError } from './receive.js';
export { type S3Options, s3Storage } from './s3-storage.js';
export { BlobMissingError, type ByteRange, type MediaStorage } from './storage.js';
