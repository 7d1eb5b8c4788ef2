using System.Text;
using Dart.Lake.Lakehouse.Columns;

namespace Dart.Lake.Jobs.Pipelines.Hot.Rows;

/// <summary>Codes of a text column's values: each distinct value of a batch is looked up once.</summary>
sealed class ColumnCodes(ColumnBatch batch, string column, Codes codes)
{
    readonly TextColumn text = batch.Text(batch.Contract.IndexOf(column));
    int[] known = new int[64];

    /// <summary>Forgets the batch's dictionary.</summary>
    public void Reset() => Array.Fill(known, -1);

    /// <summary>The row's code; -1 for a null.</summary>
    public int this[int row]
    {
        get
        {
            if (text.IsNull(row))
                return -1;
            if (!text.IsDictionary)
                return codes.Of(Encoding.UTF8.GetString(text[row]));
            var at = text.Codes[row];
            if (at >= known.Length)
            {
                var before = known.Length;
                Array.Resize(ref known, Math.Max(before * 2, at + 1));
                Array.Fill(known, -1, before, known.Length - before);
            }
            return known[at] >= 0 ? known[at] : known[at] = codes.Of(Encoding.UTF8.GetString(text[row]));
        }
    }
}
