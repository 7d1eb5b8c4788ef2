using System.Runtime.InteropServices;
using Apache.Arrow.C;
using Apache.Arrow.Ipc;
using DuckDB.NET.Native;

namespace Dart.Lake.Lakehouse.Engines.DuckDb;

/// <summary>
/// <c>duckdb_arrow_scan</c>, which DuckDB.NET does not bind: shows an Arrow stream to SQL through the C data interface, without a copy
/// (Arrow specification, "The Arrow C stream interface").
/// </summary>
internal static unsafe partial class ArrowScan
{
    /// <summary>Makes the view, runs the action, and frees the stream; the view can be read once, in the action.</summary>
    public static void With(DuckDBNativeConnection connection, string view, IArrowArrayStream stream, Action action)
    {
        var native = CArrowArrayStream.Create();
        try
        {
            CArrowArrayStreamExporter.ExportArrayStream(stream, native);
            if (Scan(connection.DangerousGetHandle(), view, (nint)native) != 0)
                throw LakeException.Bug($"DuckDB does not take the Arrow stream as view {view}");
            action();
        }
        finally
        {
            CArrowArrayStream.Free(native);
        }
    }

    [LibraryImport("duckdb", EntryPoint = "duckdb_arrow_scan", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Scan(nint connection, string view, nint stream);
}
