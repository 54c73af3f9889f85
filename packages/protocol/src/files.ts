import { Type, type Static } from 'typebox'
import { contract } from './contract.ts'
import { closed, id, timestamp } from './scalars.ts'

/** What an upload is for; decides who may read it and how it is processed. */
export const FileScene = Type.Union([Type.Literal('avatar'), Type.Literal('room'), Type.Literal('message')], {
  description: '`avatar` of a person, picture of a `room`, or attachment of a `message`.',
})
export type FileScene = Static<typeof FileScene>

/** How a file is shown, judged by its content and not by its name. */
export const FileKind = Type.Union(
  [Type.Literal('image'), Type.Literal('video'), Type.Literal('audio'), Type.Literal('voice'), Type.Literal('file')],
  { description: 'How the file is shown.' },
)
export type FileKind = Static<typeof FileKind>

export const FileEntity = Type.Object({
  id: id('Id of the file; its bytes are at `/api/files/:id`.'),
  scene: FileScene,
  kind: FileKind,
  name: Type.String({ description: 'File name as the sender gave it, without any path.' }),
  mime: Type.String({ description: 'Media type by content.' }),
  bytes: Type.Integer({ minimum: 0, description: 'Size in bytes.' }),
  width: Type.Optional(Type.Integer({ minimum: 1, description: 'Width in pixels, of images and videos.' })),
  height: Type.Optional(Type.Integer({ minimum: 1, description: 'Height in pixels, of images and videos.' })),
  durationMs: Type.Optional(Type.Integer({ minimum: 0, description: 'Length in milliseconds, of audio and video.' })),
  createdAt: timestamp('When it was uploaded.'),
})
export type FileEntity = Static<typeof FileEntity>

/** Widths, in pixels, at which images are served small. */
export const thumbnailSizes = [96, 320, 720, 1440] as const

const tag = 'files'

export const uploadFile = contract({
  method: 'POST',
  path: '/api/upload',
  summary:
    'Upload one file as multipart/form-data: the fields `scene`, and for video and audio `width`, `height`, `durationMs` and `voice`, come before the part `file`',
  tag,
  auth: 'session',
  permission: 'files:write',
  status: 201,
  response: FileEntity,
})

export const getFile = contract({
  method: 'GET',
  path: '/api/files/:id',
  summary: 'The bytes of a file, ranged; images also small by `size`',
  tag,
  auth: 'session',
  permission: 'files:read',
  params: Type.Object({ id: id('The file.') }, closed),
  query: Type.Object(
    {
      size: Type.Optional(
        Type.Union(
          thumbnailSizes.map((size) => Type.Literal(size)),
          { description: 'Longest side in pixels, of images.' },
        ),
      ),
      download: Type.Optional(Type.Boolean({ description: 'Answer as an attachment to save.' })),
    },
    closed,
  ),
  status: 200,
  produces: 'application/octet-stream',
})
