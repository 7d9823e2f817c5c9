import type { AuditRecord } from '../../controller/core/audit/records.js';
import { ReconcileError } from '../../controller/core/errors.js';
import type { Json } from '../../controller/core/model.js';
import type { AuditTrail } from '../../controller/reconcile/ports.js';

/** An audit trail in memory: objects are created once; every creation that was tried is counted. */
export class MemoryAudit implements AuditTrail {
  readonly objects = new Map<string, Json>();
  /** Keys in the order of what was asked: `+` for an append, `?` for a look, `*` for a list. */
  readonly asked: string[] = [];
  isDown = false;

  async append(_source: unknown, { key, body }: AuditRecord): Promise<void> {
    this.#ask(`+${key}`);
    if (!this.objects.has(key)) this.objects.set(key, body);
  }

  async has(_source: unknown, key: string): Promise<boolean> {
    this.#ask(`?${key}`);
    return this.objects.has(key);
  }

  async list(_source: unknown, prefix: string): Promise<string[]> {
    this.#ask(`*${prefix}`);
    return [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort();
  }

  async read(_source: unknown, key: string): Promise<Json> {
    return this.objects.get(key) ?? null;
  }

  #ask(what: string): void {
    this.asked.push(what);
    if (this.isDown) throw new ReconcileError('AuditTrailUnavailable', 'the bucket cannot be reached');
  }
}
