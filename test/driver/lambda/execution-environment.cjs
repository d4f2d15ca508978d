/**
 * One execution environment of Lambda, as a worker thread: it loads the shipped bundle and carries out one event at a time.
 *
 * Its time is virtual. It stands still while something is under way (a call, a key that is generated), so that a call that is
 * held up for ever is no call that times out; where nothing is under way, it jumps to the next timer, so that no wait takes any
 * time. An answer of AWS brings the time of the world with it: who was stopped wakes up later.
 */
const crypto = require('node:crypto');
const http = require('node:http');
const https = require('node:https');
const timersPromises = require('node:timers/promises');
const { promisify } = require('node:util');
const { parentPort, workerData } = require('node:worker_threads');

let now = workerData.now;
let underWay = 0;
const RealDate = Date;

globalThis.Date = class extends RealDate {
  constructor(...parts) {
    super(...parts.length > 0 ? parts : [now]);
  }

  static now() {
    return now;
  }
};

/* Timers. */
const timers = new Map();
let lastTimer = 0;
let looking = false;

class Timer {
  constructor(callback, milliseconds) {
    this.id = ++lastTimer;
    this.due = now + Math.max(1, Number(milliseconds) || 1);
    this.callback = callback;
    timers.set(this.id, this);
    lookAgain();
  }

  ref() { return this; }
  unref() { return this; }
  hasRef() { return true; }
  refresh() { return this; }
  close() { timers.delete(this.id); }
  [Symbol.toPrimitive]() { return this.id; }
}

globalThis.setTimeout = (callback, milliseconds, ...values) => new Timer(() => callback(...values), milliseconds);
globalThis.clearTimeout = timer => timer && timers.delete(Number(timer));
globalThis.setTimeout[promisify.custom] = sleep;
timersPromises.setTimeout = sleep;
/** The limits of calls and events, which nobody clears. */
const limits = [];
AbortSignal.timeout = milliseconds => {
  const controller = new AbortController();
  const limit = setTimeout(() => controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')), milliseconds);
  limits.push(limit);
  return controller.signal;
};

function sleep(milliseconds, value, { signal } = {}) {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(Object.assign(new Error('The operation was aborted', { cause: signal.reason }), { name: 'AbortError', code: 'ABORT_ERR' }));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve(value);
    }, milliseconds);
    if (signal?.aborted) {
      stop();
    } else {
      signal?.addEventListener('abort', stop, { once: true });
    }
  });
}

/** Looks, some turns of the loop later, whether nothing is under way still; then it is the next timer's time. */
function lookAgain(turns = 4) {
  if (!looking) {
    looking = true;
    turn(turns);
  }
}

function turn(left) {
  setImmediate(() => {
    if (underWay === 0 && left === 0 && !process.getActiveResourcesInfo().some(name => name.startsWith('FSReq'))) {
      looking = false;
      passTime();
    } else if (underWay > 0) {
      looking = false;
    } else {
      turn(Math.max(0, left - 1));
    }
  });
}

function passTime() {
  const next = [...timers.values()].sort((one, other) => one.due - other.due || one.id - other.id)[0];
  if (!next || !running) {
    return;
  }
  timers.delete(next.id);
  now = Math.max(now, next.due);
  next.callback();
  lookAgain();
}

/* What is under way. */
function begin() {
  underWay++;
}

function end() {
  underWay--;
  lookAgain();
}

for (const protocol of [http, https]) {
  const { request } = protocol;
  protocol.request = function (...options) {
    const call = request.apply(this, options);
    call.setHeader('x-environment', workerData.id);
    begin();
    call.once('close', end);
    call.once('response', ({ headers }) => {
      now = Math.max(now, Number(headers['x-virtual-time']) || 0);
    });
    return call;
  };
}

/* All hosts over HTTPS are one server on this machine, which is asked for the certificate of the host. */
if (workerData.outside) {
  const { globalAgent } = https;
  const { createConnection } = globalAgent;
  globalAgent.options.ca = workerData.outside.ca;
  globalAgent.createConnection = (options, callback) =>
    createConnection.call(globalAgent, { ...options, host: '127.0.0.1', port: workerData.outside.port }, callback);
}

const { generateKeyPair } = crypto;
crypto.generateKeyPair = (type, options, callback) => {
  begin();
  generateKeyPair(type, options, (...results) => {
    end();
    callback(...results);
  });
};
crypto.generateKeyPair[promisify.custom] = (type, options) => {
  begin();
  return generateKeyPair[promisify.custom](type, options).finally(end);
};

/* The invocations. */
for (const name of ['log', 'info', 'warn', 'error']) {
  console[name] = (...texts) => parentPort.postMessage({ log: texts.map(String).join(' ') });
}
let running = false;
const handler = require(workerData.bundle)[workerData.handler];

parentPort.on('message', async ({ event, context, remaining, time }) => {
  now = time; // of the world of this event, which can be another one than that of the event before
  limits.splice(0).forEach(timer => timers.delete(timer.id)); // of events before: thousands of them took most of the time of a long run
  running = true;
  lookAgain();
  const limit = now + remaining;
  const getRemainingTimeInMillis = () => limit - now;
  let error;
  try {
    await handler(event, { ...context, getRemainingTimeInMillis });
  } catch (thrown) {
    error = String(thrown?.stack ?? thrown);
  }
  running = false;
  parentPort.postMessage({ ended: { error, time: now } });
});
parentPort.postMessage({ ready: true });
