using Dart.Lake.Lakehouse.Engines.DuckDb;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Analysis;

/// <summary>
/// Reads columns of a table into their sketches, a group of files at a time and each group in a session of its own: a session keeps the
/// files of a remote store on this machine until it ends.
/// </summary>
/// <param name="engine">Opens the sessions.</param>
/// <param name="table">Has the files.</param>
/// <param name="schema">That they are read with.</param>
/// <param name="progress">Told now and then: rows that were read, of how many.</param>
/// <param name="all">How many those are.</param>
sealed class ColumnReader(DuckDbEngine engine, Table table, IcebergSchema schema, IProgress<(long Done, long Of)>? progress, long all)
{
    /// <summary>Of a group; a file that is larger is a group by itself.</summary>
    const long MostBytes = 1L << 30;

    const int MostFiles = 1000;

    /// <summary>Rows between two words of how far it is.</summary>
    const int ProgressRows = 1 << 20;

    long done, told;

    /// <exception cref="LakeException">Corrupt: files that hold more or fewer rows than their manifests say; Corrupt or Unavailable: a
    /// file.</exception>
    public async Task ReadAsync(ColumnRead read, CancellationToken cancel)
    {
        foreach (var group in GroupsOf(read.Files))
            await ReadAsync(group, read.Sketches, cancel);
    }

    static IEnumerable<IReadOnlyList<DataFile>> GroupsOf(IReadOnlyList<DataFile> files)
    {
        var (group, bytes) = (new List<DataFile>(), 0L);
        foreach (var file in files)
        {
            if (group.Count == MostFiles || group.Count > 0 && bytes + file.FileSizeInBytes > MostBytes)
            {
                yield return group;
                (group, bytes) = ([], 0);
            }
            group.Add(file);
            bytes += file.FileSizeInBytes;
        }
        if (group.Count > 0)
            yield return group;
    }

    async Task ReadAsync(IReadOnlyList<DataFile> files, IReadOnlyList<ColumnSketch> sketches, CancellationToken cancel)
    {
        await using var session = engine.OpenSession();
        var rows = await TableReader.SqlForAsync(session, table, schema, files, cancel);
        var names = string.Join(", ", sketches.Select(s => SqlText.Name(TableReader.ShownName(schema, s.Column))));
        await using var answer = await session.QueryAsync($"SELECT {names} FROM ({rows})", [], cancel);
        var (expected, read) = (files.Sum(f => f.RecordCount), 0L);
        await foreach (var batch in answer.ReadBatchesAsync(cancel))
        {
            for (var i = 0; i < sketches.Count; i++)
                sketches[i].Add(batch.Column(i));
            read += batch.Length;
            done += batch.Length;
            if (done - told < ProgressRows)
                continue;
            told = done;
            progress?.Report((done, all));
        }
        if (read != expected)
            throw LakeException.Corrupt($"files of {table.Ident} hold {read} rows where its manifests say {expected}; see 'dartlake verify'");
    }
}
