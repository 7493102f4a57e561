import { Module, type DynamicModule } from '@nestjs/common';
import { declareSchema, watchReadiness, type SchemaOptions } from './data-source.js';
import { Database } from './database.js';

@Module({})
class SchemaModule {}

/** Provides the `Database` of one schema to the modules that import it. Nothing is opened before the module is really used. */
export function databaseModule(schema: string, options: SchemaOptions = {}): DynamicModule {
  declareSchema(schema, options);
  const useFactory = (): Database => {
    const database = new Database(schema);
    watchReadiness(schema, () => database.query('SELECT 1'));
    return database;
  };
  return { module: SchemaModule, providers: [{ provide: Database, useFactory }], exports: [Database] };
}
