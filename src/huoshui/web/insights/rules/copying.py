"""Published tables as the binary rows that COPY takes, encoded column by column by pgpq.

As text a profile took twice as long to make and three times as long to read (docs/adr/0063).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pgpq
import pgpq.encoders
import pgpq.schema
import pyarrow as pa


def statement(table: str, columns: Sequence[str]) -> str:
    """Give the SQL that takes what `rows_of` gives."""
    return f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)"


def rows_of(columns: Mapping[str, pa.Array], *, json: Collection[str] = ()) -> bytes:
    """Give columns of a table, in its order, as COPY reads them in the form BINARY.

    Types are the table's own: int64 for bigint, float64 for double precision, sixteen bytes for a
    uuid, a list for an array; text is text, but where it is named in `json`.
    """
    batch = pa.record_batch(dict(columns))
    encoders = {
        field.name: pgpq.encoders.StringEncoderBuilder.new_with_output(field, pgpq.schema.Jsonb())
        if field.name in json
        else pgpq.ArrowToPostgresBinaryEncoder.infer_encoder(field)
        for field in batch.schema
    }
    encoder = pgpq.ArrowToPostgresBinaryEncoder.new_with_encoders(batch.schema, encoders)
    return b"".join((encoder.write_header(), encoder.write_batch(batch), encoder.finish()))


def whole(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Give a column that lies in memory as one piece."""
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def lists_of(
    columns: Sequence[pa.Array | pa.ChunkedArray], kind: pa.DataType, rows: int
) -> pa.ListArray:
    """Give columns side by side as one column: in each row the list of its values, of one type."""
    count = len(columns)
    held = [whole(column).cast(kind) for column in columns]
    after_another = pa.concat_arrays(held) if held else pa.array([], kind)
    by_row = np.arange(rows * count).reshape(count, rows).T.ravel()
    ends = np.arange(rows + 1, dtype=np.int32) * np.int32(count)
    return pa.ListArray.from_arrays(pa.array(ends), after_another.take(pa.array(by_row)))
