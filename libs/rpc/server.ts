import { log, NestLog, runtimeConfig, type Layer, type StartedTransport, type Transport } from '@doul/runtime';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { Module } from '@nestjs/common';
import { ModulesContainer, NestFactory } from '@nestjs/core';
import { ServerGrpc, type MicroserviceOptions } from '@nestjs/microservices';
import { definitionOf, handlersOf } from './controller.js';
import { grpcService, type RpcDefinition } from './definition.js';
import { mountLocal } from './handlers.js';
import { rpcConfig } from './rpc.config.js';
import { StreamServer } from './stream-server.js';

/** Calls still running when a process stops get this long, in ms. */
const FINISH_MS = 3_000;

const OPTIONS = {
  'grpc.enable_channelz': 0,
  'grpc-node.flow_control_window': 4 << 20,
  'grpc.max_receive_message_length': 16 << 20,
  'grpc.max_concurrent_streams': 10_000,
} as const;

/** Nest's gRPC server, told of its services by their generated definitions, and telling which port it got. */
class GrpcStrategy extends ServerGrpc {
  port = 0;
  readonly streams = new StreamServer();
  private server?: Server;

  constructor(definitions: readonly RpcDefinition[]) {
    const packages = [...new Set(definitions.map((each) => each.fullName.slice(0, each.fullName.lastIndexOf('.'))))];
    const packageDefinition = Object.fromEntries(definitions.map((each) => [each.fullName, grpcService(each)]));
    super({ package: packages, packageDefinition, url: '' });
  }

  override async createClient(): Promise<Server> {
    const server = new Server(OPTIONS);
    this.streams.addTo(server);
    const address = `${runtimeConfig().BIND_ADDRESS}:${rpcConfig().RPC_PORT}`;
    this.port = await new Promise<number>((resolve, reject) => {
      server.bindAsync(address, ServerCredentials.createInsecure(), (error, port) => (error ? reject(error) : resolve(port)));
    });
    this.server = server;
    return server;
  }

  /** Refuses new calls, waits for the running ones, then cuts. */
  override async close(): Promise<void> {
    const server = this.server;
    if (!server) return;
    this.streams.leave();
    await new Promise<void>((resolve) => {
      const cut = setTimeout(() => (server.forceShutdown(), resolve()), FINISH_MS);
      server.tryShutdown(() => (clearTimeout(cut), resolve()));
    });
  }
}

interface Found {
  definition: RpcDefinition;
  instance: Parameters<typeof handlersOf>[1];
}

/** The RPC controllers of an application, with what they serve. */
function controllersIn(container: ModulesContainer): Found[] {
  const wrappers = [...container.values()].flatMap((module) => [...module.controllers.values()]);
  return wrappers.flatMap(({ metatype, instance }) => {
    const definition = metatype ? definitionOf(metatype) : undefined;
    return definition ? [{ definition, instance: instance as unknown as Found['instance'] }] : [];
  });
}

/** The definitions served by the modules of the layers, before the application exists. */
function declaredIn(layers: readonly Layer[]): RpcDefinition[] {
  return layers.flatMap((layer) => {
    const controllers = (Reflect.getMetadata('controllers', layer.module) ?? []) as object[];
    return controllers.flatMap((controller) => definitionOf(controller) ?? []);
  });
}

const rpcTransport: Transport = {
  async start(layers): Promise<StartedTransport> {
    @Module({ imports: layers.map((layer) => layer.module) })
    class RpcModule {}
    const strategy = new GrpcStrategy(declaredIn(layers));
    const app = await NestFactory.createMicroservice<MicroserviceOptions>(RpcModule, {
      strategy,
      logger: new NestLog(),
      abortOnError: false,
    });
    await app.listen();
    const found = controllersIn(app.get(ModulesContainer));
    const unmount = found.map(({ definition, instance }) => {
      const handlers = handlersOf(definition, instance);
      strategy.streams.mount(definition, handlers);
      return mountLocal(definition, handlers);
    });
    log.debug({ services: found.map(({ definition }) => definition.fullName), port: strategy.port }, 'RPC services mounted');
    return {
      port: strategy.port,
      close: async () => {
        await app.close();
        for (const end of unmount) end();
      },
    };
  },
};

/** Declares the RPC layer of a service; its module lists the `@RpcController` classes. */
export const rpcLayer = (module: Layer['module'], { service }: { service: string }): Layer => ({
  name: `${service}-rpc`,
  service,
  kind: 'rpc',
  module,
  transport: rpcTransport,
});
