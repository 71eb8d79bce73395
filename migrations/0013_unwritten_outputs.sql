-- Documents that are done and whose file under `--out` could not be written: the batch halted for it, and writes them when it goes on.
CREATE TABLE unwritten_outputs (
  batch_id UUID NOT NULL,
  document_id UUID NOT NULL,
  PRIMARY KEY (batch_id, document_id)
);
