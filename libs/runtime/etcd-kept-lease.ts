import type { Lease } from 'etcd3';

/** A lease in etcd that is kept alive until it is ended or lost. */
export class KeptLease {
  /** Resolves once etcd has dropped the lease, or could not be asked for so long that it must have. */
  readonly lost: Promise<void>;

  private constructor(
    private readonly lease: Lease,
    readonly id: string,
    private readonly callMs: number,
  ) {
    this.lost = new Promise((resolve) => {
      if (lease.revoked()) resolve();
      lease.once('lost', () => resolve());
    });
  }

  /** Waits until etcd has granted it. @throws when etcd is away */
  static async grant(lease: Lease, callMs: number): Promise<KeptLease> {
    return new KeptLease(lease, await lease.grant(), callMs);
  }

  /** Ends the lease and removes its keys; when etcd is away they end with the lease's time. */
  async revoke(): Promise<void> {
    await this.lease.revoke({ deadline: Date.now() + this.callMs }).catch(() => undefined);
  }

  /** Lets the lease run out. */
  release(): void {
    this.lease.release();
  }
}
