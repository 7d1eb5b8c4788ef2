using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Dart.Lake.Analytics;
using DuckDB.NET.Data;
using DuckDB.NET.Native;

namespace Dart.Lake.Lakehouse.Engines.DuckDb;

/// <summary>
/// Option formulas as SQL functions over DuckDB's vectors: <c>bsm_price</c>, <c>bsm_delta</c>,
/// <c>bsm_gamma</c>, <c>bsm_vega</c>, <c>bsm_theta</c> (call, spot, strike, years, rate, dividend, volatility)
/// and <c>bsm_iv</c> (call, price, spot, strike, years, rate, dividend). The first argument is boolean, the
/// others and the result are double. Null for a null argument, and where the formula has no answer.
/// </summary>
internal static unsafe class VectorFunctions
{
    const int Arguments = 7;

    /// <summary>What SQL calls them.</summary>
    public static IReadOnlyList<string> Names { get; } = ["bsm_price", "bsm_delta", "bsm_gamma", "bsm_vega", "bsm_theta", "bsm_iv"];

    public static void Register(DuckDBConnection connection)
    {
        Register(connection, Names[0], &Price);
        Register(connection, Names[1], &Delta);
        Register(connection, Names[2], &Gamma);
        Register(connection, Names[3], &Vega);
        Register(connection, Names[4], &Theta);
        Register(connection, Names[5], &ImpliedVolatility);
    }

    static void Register(DuckDBConnection connection, string name, delegate* unmanaged[Cdecl]<nint, nint, nint, void> function)
    {
        var scalar = NativeMethods.ScalarFunction.DuckDBCreateScalarFunction();
        try
        {
            using var flag = NativeMethods.LogicalType.DuckDBCreateLogicalType(DuckDBType.Boolean);
            using var real = NativeMethods.LogicalType.DuckDBCreateLogicalType(DuckDBType.Double);
            NativeMethods.ScalarFunction.DuckDBScalarFunctionSetName(scalar, name);
            NativeMethods.ScalarFunction.DuckDBScalarFunctionAddParameter(scalar, flag);
            for (var i = 1; i < Arguments; i++)
                NativeMethods.ScalarFunction.DuckDBScalarFunctionAddParameter(scalar, real);
            NativeMethods.ScalarFunction.DuckDBScalarFunctionSetReturnType(scalar, real);
            NativeMethods.ScalarFunction.DuckDBScalarFunctionSetSpecialHandling(scalar);
            NativeMethods.ScalarFunction.DuckDBScalarFunctionSetFunction(scalar, function);
            if (NativeMethods.ScalarFunction.DuckDBRegisterScalarFunction(connection.NativeConnection, scalar) != DuckDBState.Success)
                throw LakeException.Bug($"DuckDB does not take the function {name}");
        }
        finally
        {
            NativeMethods.ScalarFunction.DuckDBDestroyScalarFunction(ref scalar);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static void Price(nint info, nint input, nint output) => Fill(info, input, output, &BlackScholes.Price);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static void Delta(nint info, nint input, nint output) => Fill(info, input, output, &BlackScholes.Delta);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static void Gamma(nint info, nint input, nint output) => Fill(info, input, output, &BlackScholes.Gamma);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static void Vega(nint info, nint input, nint output) => Fill(info, input, output, &BlackScholes.Vega);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static void Theta(nint info, nint input, nint output) => Fill(info, input, output, &BlackScholes.Theta);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static void ImpliedVolatility(nint info, nint input, nint output) => Fill(info, input, output, &BlackScholes.ImpliedVolatility);

    /// <summary>DuckDB flattens the input, so that row i of each vector belongs to row i of the result.</summary>
    static void Fill(nint info, nint input, nint output, delegate*<bool, double, double, double, double, double, double, double> formula)
    {
        try
        {
            var chunk = new DuckDBDataChunk(input);
            var count = NativeMethods.DataChunks.DuckDBDataChunkGetSize(chunk);
            var data = stackalloc void*[Arguments];
            var valid = stackalloc ulong*[Arguments];
            for (var i = 0; i < Arguments; i++)
            {
                var vector = NativeMethods.DataChunks.DuckDBDataChunkGetVector(chunk, i);
                data[i] = NativeMethods.Vectors.DuckDBVectorGetData(vector);
                valid[i] = NativeMethods.Vectors.DuckDBVectorGetValidity(vector);
            }
            NativeMethods.Vectors.DuckDBVectorEnsureValidityWritable(output);
            var result = (double*)NativeMethods.Vectors.DuckDBVectorGetData(output);
            var resultValid = NativeMethods.Vectors.DuckDBVectorGetValidity(output);
            for (ulong row = 0; row < count; row++)
            {
                var value = double.NaN;
                if (AllValid(valid, row))
                    value = formula(((byte*)data[0])[row] != 0, ((double*)data[1])[row], ((double*)data[2])[row], ((double*)data[3])[row],
                        ((double*)data[4])[row], ((double*)data[5])[row], ((double*)data[6])[row]);
                result[row] = value;
                if (double.IsNaN(value))
                    resultValid[row >> 6] &= ~(1UL << (int)(row & 63));
                else
                    resultValid[row >> 6] |= 1UL << (int)(row & 63);
            }
        }
        catch (Exception e)
        {
            // An exception must not reach native frames.
            NativeMethods.ScalarFunction.DuckDBScalarFunctionSetError(info, e.Message);
        }
    }

    static bool AllValid(ulong** valid, ulong row)
    {
        for (var i = 0; i < Arguments; i++)
            if (valid[i] != null && (valid[i][row >> 6] >> (int)(row & 63) & 1) == 0)
                return false;
        return true;
    }
}
