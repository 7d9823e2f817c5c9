import type { Answer, StandInRequest } from './answers.js';
import { crumbFilterFails, notReady, unauthorized } from './answers.js';

/** What goes wrong with a request: how often it reaches Jenkins, and what comes back instead of Jenkins' answer. */
export interface Fault {
  /** 0: lost on the way; 2: delivered twice. */
  readonly deliveries: 0 | 1 | 2;
  /** The request reaches Jenkins this much later, after the client has its answer (or none). */
  readonly deliverAfterMs?: number;
  /** Time before the answer. */
  readonly answerAfterMs?: number;
  readonly answer: 'real' | 'silence' | 'reset' | 'cut' | Answer | ((request: StandInRequest) => Answer);
}

/** Which requests a fault meets; all where a field is absent. */
export interface FaultTarget {
  readonly method?: string;
  readonly path?: RegExp;
  /** How many of them; 1 where absent. */
  readonly times?: number;
}

function html(status: number, title: string, headers: readonly [string, string][] = []): Answer {
  const body = `<!DOCTYPE html><html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`;
  return { status, headers: [['Content-Type', 'text/html;charset=utf-8'], ...headers], body };
}

/** JSON that is signed as Jenkins' own; a text is sent as it is. */
export function jsonOf(value: unknown): Fault {
  const headers = [
    ['Content-Type', 'application/json;charset=utf-8'],
    ['X-Jenkins', '2.426.2'],
    ['X-Jenkins-Session', 'abc'],
  ] as const;
  return { deliveries: 0, answer: { status: 200, headers, body: typeof value === 'string' ? value : JSON.stringify(value) } };
}

/** A single sign-on proxy that sends the client to its login page. */
export function loginRedirect(location = 'https://login.example/saml/127/'): Fault {
  return { deliveries: 0, answer: html(302, 'Found', [['Location', location]]) };
}

/** A proxy's login page with status 200. */
export const loginPage: Fault = { deliveries: 0, answer: html(200, 'Sign in to continue') };

export const starting: Fault = { deliveries: 0, answer: notReady('Starting') };
export const restarting: Fault = { deliveries: 0, answer: notReady('Restarting') };
export const failingCrumbFilter: Fault = { deliveries: 0, answer: crumbFilterFails() };
/** What a server that goes down says to good credentials. */
export const spuriousUnauthorized: Fault = { deliveries: 0, answer: ({ path }) => unauthorized(path) };
export const resetBefore: Fault = { deliveries: 0, answer: 'reset' };
export const resetAfter: Fault = { deliveries: 1, answer: 'reset' };
/** The head of the answer and half of its body, then nothing. */
export const cut: Fault = { deliveries: 1, answer: 'cut' };
export const duplicated: Fault = { deliveries: 2, answer: 'real' };

/** A gateway's own error page. Whether the request went through is for the caller to say. */
export function gatewayError(status: 500 | 502 | 503 | 504, deliveries: 0 | 1): Fault {
  return { deliveries, answer: html(status, `${status} Gateway`) };
}

/** Jenkins takes the request and says nothing for that long; then the connection is cut. */
export function silence(ms: number, deliveries: 0 | 1 = 1): Fault {
  return { deliveries, answer: 'silence', answerAfterMs: ms };
}

export function delayed(ms: number): Fault {
  return { deliveries: 1, answer: 'real', answerAfterMs: ms };
}

/** The client sees a reset; the request arrives all the same, later. */
export function lateDelivery(ms: number): Fault {
  return { deliveries: 1, deliverAfterMs: ms, answer: 'reset' };
}

interface Armed {
  readonly fault: Fault;
  readonly target: FaultTarget;
  left: number;
}

export interface FaultList {
  add(fault: Fault, target?: FaultTarget): void;
  clear(): void;
  take(request: StandInRequest): Fault | undefined;
}

export function createFaults(): FaultList {
  let armed: Armed[] = [];
  return {
    add: (fault, target = {}) => void armed.push({ fault, target, left: target.times ?? 1 }),
    clear: () => {
      armed = [];
    },
    take(request) {
      const found = armed.find(
        ({ target: { method, path }, left }) =>
          left > 0 && (method ?? request.method) === request.method && (path?.test(request.path) ?? true),
      );
      if (found === undefined) return undefined;
      found.left -= 1;
      return found.fault;
    },
  };
}
