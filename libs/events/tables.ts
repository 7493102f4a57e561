/** What a migration offers for running statements. */
interface StatementRunner {
  query(sql: string): Promise<unknown>;
}

/** For the migrations of a service that publishes events. `payload` is a protobuf message; times are Unix ms. */
export async function createOutboxTables(runner: StatementRunner): Promise<void> {
  await runner.query(`CREATE TABLE outbox (
    id BIGINT NOT NULL AUTO_INCREMENT,
    event_id CHAR(21) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    type VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    payload VARBINARY(8192) NOT NULL,
    traceparent VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    occurred_at BIGINT NOT NULL,
    PRIMARY KEY (id)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`);
}

export const dropOutboxTables = (runner: StatementRunner): Promise<unknown> => runner.query('DROP TABLE outbox');

/** For the migrations of a service that consumes events: the ids it has handled. */
export async function createInboxTable(runner: StatementRunner): Promise<void> {
  await runner.query(`CREATE TABLE inbox (
    queue VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    event_id CHAR(21) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    handled_at BIGINT NOT NULL,
    PRIMARY KEY (queue, event_id),
    KEY ix_inbox_handled (handled_at)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`);
}

export const dropInboxTable = (runner: StatementRunner): Promise<unknown> => runner.query('DROP TABLE inbox');
