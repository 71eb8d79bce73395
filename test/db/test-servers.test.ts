import { expect } from 'chai';
import { Connection } from '@temporalio/client';
import { testDatabase } from '../support/postgres.ts';
import { testTemporal } from '../support/temporal.ts';

describe('the servers for tests', function () {
  this.timeout(60_000);

  it('give each caller a migrated database of its own', async () => {
    const [one, two] = await Promise.all([testDatabase(), testDatabase()]);
    try {
      await one.db.query(`INSERT INTO file_document (uri) VALUES ('file:///a')`);
      const { rows } = await two.db.query('SELECT * FROM file_document');
      expect(rows).to.deep.equal([]);
    } finally {
      await Promise.all([one.drop(), two.drop()]);
    }
  });

  it('give a Temporal namespace with our search attributes', async () => {
    const { address, namespace } = await testTemporal();
    const connection = await Connection.connect({ address });
    try {
      const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
      expect(customAttributes).to.include.keys('DocbatchBatchId', 'DocbatchName', 'DocbatchStatus');
      const { config } = await connection.workflowService.describeNamespace({ namespace });
      expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).to.equal(30 * 86_400);
    } finally {
      await connection.close();
    }
  });
});
