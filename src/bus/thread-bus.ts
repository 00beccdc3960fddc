import { allocateThreadRing, ThreadLink } from '../transport/thread-link.js'
import { Endpoint } from './endpoint.js'
import { checkRole, type EndpointOptions, endpointDefaults, type Role } from './endpoint-options.js'

/**
 * A bus between two threads, over a `SharedArrayBuffer`: worker threads of Node, workers of a browser page. Needs no FFI.
 *
 * The memory is the program's own: after `close()` views that are kept still reach it. A worker that is terminated cannot
 * say goodbye; whoever terminates it has to close the other end. The main thread of a page must not block: there the `Sync`
 * forms throw `ERR_RINGWAY_UNSUPPORTED`.
 */
export class ThreadBus extends Endpoint {
  /**
   * Memory for a bus, to be posted to the other thread.
   * @param capacityBytes a power of two from 256 to 2^31
   * @throws `ERR_RINGWAY_INVALID_CAPACITY`; `ERR_RINGWAY_UNSUPPORTED` in a page that is not cross-origin isolated
   * @example
   * const buffer = ThreadBus.allocate(1 << 16) // the other thread gets it by postMessage, and is the producer
   * const bus = new ThreadBus(buffer, 'consumer')
   * bus.maxPayloadBytes // 32704
   */
  static allocate(capacityBytes: number): SharedArrayBuffer {
    return allocateThreadRing(capacityBytes)
  }

  /**
   * @param buffer from `ThreadBus.allocate`
   * @param role one thread is the producer, the other the consumer
   * @throws `ERR_RINGWAY_INVALID_ARGUMENT`; `ERR_RINGWAY_WRONG_ROLE` when the buffer has one of that role already;
   *   `ERR_RINGWAY_UNSUPPORTED` as `allocate`
   */
  constructor(buffer: SharedArrayBuffer, role: Role, options: EndpointOptions = {}) {
    const complete = endpointDefaults(options)
    checkRole(role)
    super(new ThreadLink(buffer, role), complete)
  }
}
