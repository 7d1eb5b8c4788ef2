using System.Collections.Concurrent;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Catalogs;

/// <summary>
/// Lets one commit of this process at a time plan and write for a table, so that only other processes can make it lose a race.
/// Locks are taken in the order of names; none is ever dropped (a lake has some dozens of tables).
/// </summary>
sealed class TableLocks
{
    readonly ConcurrentDictionary<TableIdent, SemaphoreSlim> locks = new();

    public async Task<IDisposable> TakeAsync(IEnumerable<TableIdent> tables, CancellationToken cancel)
    {
        var taken = new Taken();
        try
        {
            foreach (var table in tables.Order())
            {
                var gate = locks.GetOrAdd(table, _ => new SemaphoreSlim(1, 1));
                await gate.WaitAsync(cancel);
                taken.Gates.Push(gate);
            }
            return taken;
        }
        catch
        {
            taken.Dispose();
            throw;
        }
    }

    sealed class Taken : IDisposable
    {
        public Stack<SemaphoreSlim> Gates { get; } = new();

        public void Dispose()
        {
            while (Gates.TryPop(out var gate))
                gate.Release();
        }
    }
}
