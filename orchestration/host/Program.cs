using System.Globalization;
using System.Runtime.InteropServices;
using Dart.Lake.Host;
using Dart.Lake.Host.Output;
using Dart.Lake.Host.Verbs;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
var failure = new Failure(json: args.Contains("--json"));
try
{
    var parsed = Root.Build(Settings.Load(), TimeProvider.System, Dart.Lake.IdSource.System).Parse(args);
    if (parsed.Errors.Count > 0)
        return failure.Usage(parsed);
    var invocation = new System.CommandLine.InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
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
    // the second one ends the process at once
    context.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
}
