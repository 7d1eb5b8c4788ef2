using System.Globalization;
using System.Runtime.InteropServices;
using Dart.Lake.Host.Output;
using Dart.Lake.Host.Verbs;
using Dart.Lake.Host.Wiring;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
using var stop = new CancellationTokenSource();
long? asked = null;
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
var failure = new Failure(json: args.Contains("--json"));
try
{
    foreach (var unknown in Settings.Unknown())
        Failure.Note(unknown);
    var parsed = Root.Build(Settings.Load(), TimeProvider.System, Dart.Lake.IdSource.System).Parse(args);
    if (parsed.Errors.Count > 0)
        return failure.Usage(parsed);
    var invocation = new System.CommandLine.InvocationConfiguration
    {
        EnableDefaultExceptionHandler = false,
        ProcessTerminationTimeout = null,
    };
    return await parsed.InvokeAsync(invocation, stop.Token);
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    return failure.Stopped();
}
catch (Exception e)
{
    return failure.Report(e);
}

void Stop(PosixSignalContext context)
{
    // a later one ends the process at once; one that comes with the first does not: a group and its leader may both be told
    asked ??= TimeProvider.System.GetTimestamp();
    context.Cancel = TimeProvider.System.GetElapsedTime(asked.Value) < TimeSpan.FromSeconds(1);
    stop.Cancel();
}
