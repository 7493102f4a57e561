import { Inject, Module, type DynamicModule } from '@nestjs/common';
import { rpcClient } from './client.js';
import type { RpcDefinition } from './definition.js';

const token = (definition: RpcDefinition): string => `rpc:${definition.fullName}`;

/**
 * Injects the client of a service: `@InjectRpc(FeedServiceDefinition) private readonly feed: RpcClient<typeof FeedServiceDefinition>`; in an
 * API layer its type is `ApiClient`.
 */
export const InjectRpc = (definition: RpcDefinition): ParameterDecorator => Inject(token(definition));

@Module({})
export class RpcModule {
  /** Provides the clients that a layer calls. */
  static clients(...definitions: RpcDefinition[]): DynamicModule {
    const providers = definitions.map((definition) => ({ provide: token(definition), useValue: rpcClient(definition) }));
    return { module: RpcModule, providers, exports: providers.map((provider) => provider.provide) };
  }
}
