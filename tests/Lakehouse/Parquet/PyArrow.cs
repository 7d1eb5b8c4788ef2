using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Dart.Lake.Lakehouse.Tests.Parquet;

/// <summary>Runs a Python program that judges files with pyarrow and PyIceberg; its standard output is JSON.</summary>
static class PyArrow
{
    public static async Task<JsonElement> Judge(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(Shared.Path("engines", "pyiceberg"))
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
            StandardOutputEncoding = Encoding.UTF8,
            ArgumentList = { "python", "-" },
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(program);
        process.StandardInput.Close();
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await errors);
        return JsonDocument.Parse(await output).RootElement;
    }

    /// <summary>
    /// Describes a Parquet file: columns with id, physical type, required,
    /// encodings; rows as text; and PyIceberg's own statistics of it.
    /// </summary>
    public const string Describe = """
        import sys, json, decimal, datetime, base64
        import pyarrow.parquet as pq
        from pyiceberg.io.pyarrow import data_file_statistics_from_parquet_metadata, compute_statistics_plan, parquet_path_to_id_mapping, pyarrow_to_schema
        def text(v):
            if v is None: return None
            if isinstance(v, bytes): return v.hex()
            if isinstance(v, datetime.datetime): return v.astimezone(datetime.timezone.utc).strftime('%Y-%m-%dT%H:%M:%S.%fZ')
            if isinstance(v, float): return repr(v)
            if isinstance(v, bool): return 'true' if v else 'false'
            return format(v, 'f') if isinstance(v, decimal.Decimal) else str(v)
        f = pq.ParquetFile(sys.argv[1])
        meta, schema = f.metadata, f.schema_arrow
        ice = pyarrow_to_schema(schema)
        stats = data_file_statistics_from_parquet_metadata(meta, compute_statistics_plan(ice, {}), parquet_path_to_id_mapping(ice))
        bounds = stats.to_serialized_dict()
        hexed = lambda d: {str(k): v.hex() for k, v in d.items()}
        keyed = lambda d: {str(k): v for k, v in d.items()}
        print(json.dumps({
            'created_by': meta.created_by,
            'columns': [{'name': n.name, 'id': n.metadata[b'PARQUET:field_id'].decode(), 'arrow': str(n.type), 'nullable': n.nullable,
                         'physical': f.schema.column(i).physical_type,
                         'encodings': list(meta.row_group(0).column(i).encodings) if meta.num_row_groups else [],
                         'codec': meta.row_group(0).column(i).compression if meta.num_row_groups else ''} for i, n in enumerate(schema)],
            'rows': [[text(v) for v in r.values()] for r in f.read().to_pylist()],
            'stats': {'rows': stats.record_count, 'sizes': keyed(stats.column_sizes), 'values': keyed(stats.value_counts), 'nulls': keyed(stats.null_value_counts),
                      'lower': hexed(bounds['lower_bounds']), 'upper': hexed(bounds['upper_bounds']), 'splits': stats.split_offsets},
        }))
        """;
}
