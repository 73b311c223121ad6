import type { MediaObjectView } from '@multiwa/contracts';

const mediaId = 'cmh3k2v1x000iqzrm7p3sw9td';

const media: MediaObjectView = {
  id: mediaId,
  mimeType: 'image/jpeg',
  bytes: 48_213,
  sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  state: 'READY',
  problem: null,
  fileName: 'menu.jpg',
  width: 1_080,
  height: 1_350,
  url: `https://wa.example.com/api/v1/media/${mediaId}/content?expires=1796083200&signature=5feceb66ffc8.n1Xo0Zc2wq8`,
  origin: 'UPLOAD',
  messageId: null,
  problemSentence: null,
  createdAt: '2026-11-23T05:00:00.000Z',
};

/** Examples of the shapes around files, by the name of the component. */
export const mediaExamples = { MediaObject: media };
