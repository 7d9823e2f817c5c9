import { constants } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { findKeyFault, type ObjectFailure, type ObjectReading, objectLimitBytes, tooLarge } from './object.js';

/** Reads a key of a folder that stands in for a bucket. Nothing outside the folder is ever opened; symbolic links are not followed. */
export async function readDirectoryObject(directory: string, key: string, signal: AbortSignal): Promise<ObjectReading> {
  const fault = findKeyFault(key) ?? findPathFault(key);
  if (fault !== undefined) return { state: 'invalid', message: fault };
  signal.throwIfAborted();
  try {
    const root = await realpath(directory);
    const path = join(root, key);
    if ((await realpath(path)) !== path) return linked(key);
    return await readRegularFile(path, key, signal);
  } catch (error) {
    signal.throwIfAborted();
    return toFailure(error, directory, key);
  }
}

async function readRegularFile(path: string, key: string, signal: AbortSignal): Promise<ObjectReading> {
  // O_NONBLOCK: opening a pipe would wait for its writer for ever.
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stat = await file.stat();
    if (!stat.isFile()) return { state: 'missing', message: `${JSON.stringify(key)} is not a file` };
    if (stat.size > objectLimitBytes) return tooLarge(key);
    return await readAll(file, key, signal);
  } finally {
    await file.close();
  }
}

/** Reads to the end rather than to the size that was seen: the file may be growing. */
async function readAll(file: FileHandle, key: string, signal: AbortSignal): Promise<ObjectReading> {
  const buffer = Buffer.alloc(objectLimitBytes + 1);
  let length = 0;
  while (length < buffer.length) {
    signal.throwIfAborted();
    const { bytesRead } = await file.read(buffer, length, buffer.length - length, length);
    if (bytesRead === 0) return { state: 'found', bytes: new Uint8Array(buffer.subarray(0, length)) };
    length += bytesRead;
  }
  return tooLarge(key);
}

/** A key that a bucket could hold and a folder cannot. */
function findPathFault(key: string): string | undefined {
  const isPlain = !key.includes('\\') && key.split('/').every((segment) => segment !== '');
  return isPlain ? undefined : `the key ${JSON.stringify(key)} is no path inside a folder`;
}

function linked(key: string): ObjectFailure {
  return { state: 'invalid', message: `${JSON.stringify(key)} leads through a symbolic link, which is not followed` };
}

function toFailure(error: unknown, directory: string, key: string): ObjectFailure {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG')
    return { state: 'missing', message: `${JSON.stringify(key)} is not in the folder ${directory}` };
  if (code === 'ELOOP') return linked(key);
  return { state: 'unavailable', message: `${JSON.stringify(key)} in the folder ${directory} could not be read (${code})` };
}
