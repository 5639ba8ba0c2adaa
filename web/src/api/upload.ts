// SPDX-License-Identifier: LGPL-2.1-or-later
// A file on its way to the school: how much of it is there, and an end at any time. fetch() tells neither.
import { NoAnswer, Problem, problemFrom, signedOut } from './request';

export interface Upload<T> {
  answer: Promise<T>;
  cancel: () => void;
}

/** Ended by the person: no fault. */
export class Cancelled extends Error {}

export function upload<T>(path: string, file: Blob, onProgress: (share: number) => void): Upload<T> {
  const sent = new XMLHttpRequest();
  const answer = new Promise<T>((resolve, reject) => {
    sent.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
    sent.onabort = () => reject(new Cancelled());
    sent.onerror = () => reject(new NoAnswer('network'));
    sent.onload = () => {
      if (sent.status >= 200 && sent.status < 300) {
        resolve(sent.response as T);
        return;
      }
      const problem = problemFrom(sent.status, sent.getResponseHeader('Content-Type'), sent.response, sent.getResponseHeader('Retry-After'));
      if (problem instanceof Problem && problem.reason === 'unauthenticated') signedOut();
      reject(problem);
    };
  });
  sent.open('PUT', path);
  sent.responseType = 'json';
  sent.setRequestHeader('Accept', 'application/json');
  sent.send(file);
  return { answer, cancel: () => sent.abort() };
}
