import { permissionDenied } from '../../platform/http/errors.ts'

export const workspaceClosed = () =>
  permissionDenied('This workspace is suspended. Its administrators can say why.', 'workspace-closed')
