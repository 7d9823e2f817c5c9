import type { AuditTrail } from '../../controller/reconcile/ports.js';

const never = async () => {
  throw new Error('no source of the simulation keeps an audit trail');
};

/** The trail is written by what has ended: nothing that is decided hangs on it. */
export const noAudit: AuditTrail = { append: never, has: never, list: never, read: never };
