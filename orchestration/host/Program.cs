using System.Globalization;
using Dart.Lake.Host;
using Dart.Lake.Host.Output;
using Dart.Lake.Host.Verbs;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};
using var terminate = System.Runtime.InteropServices.PosixSignalRegistration.Create(System.Runtime.InteropServices.PosixSignal.SIGTERM, context =>
{
    context.Cancel = true;
    stop.Cancel();
});
try
{
    var root = Root.Build(Settings.Load(), TimeProvider.System, Dart.Lake.IdSource.System);
    var parsed = root.Parse(args);
    if (parsed.Errors.Count > 0)
        return Failure.Usage(parsed);
    var invocation = new System.CommandLine.InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
    return await parsed.InvokeAsync(invocation, stop.Token);
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    return Failure.Stopped();
}
catch (Exception e)
{
    return Failure.Report(e);
}
