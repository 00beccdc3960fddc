import { hasOneProcessor } from '../transport/processors.js'
import type { ConnectOptions, ListenOptions } from './bus-options.js'
import { type EndpointOptions, endpointDefaults } from './endpoint-options.js'
import { checkFunction, checkInteger, checkMilliseconds } from './option-values.js'

/**
 * Checks everything that listening or connecting may be told, and completes what an endpoint needs of it.
 * @throws `ERR_RINGWAY_INVALID_ARGUMENT`
 */
export function mappedDefaults(
  options: Omit<ListenOptions, 'role'> & Omit<ConnectOptions, 'role'>,
): Required<EndpointOptions> {
  checkMilliseconds('timeoutMs', options.timeoutMs)
  checkMilliseconds('waitForListenerMs', options.waitForListenerMs)
  checkInteger('maxCapacityBytes', options.maxCapacityBytes)
  checkFunction('allow', options.allow)
  checkFunction('onListening', options.onListening)
  checkFunction('onPeerError', options.onPeerError)
  const complete = endpointDefaults(options)
  return hasOneProcessor() ? { ...complete, hotUs: 0 } : complete
}
