using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;

#pragma warning disable CA1050 // The runtime looks for this class outside every namespace.
/// <summary>What .NET calls in a process that was started with this assembly in DOTNET_STARTUP_HOOKS.</summary>
internal static class StartupHook
{
    public static void Initialize()
    {
        var folder = Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location)!;
        AssemblyLoadContext.Default.Resolving += (context, name) =>
            Path.Combine(folder, $"{name.Name}.dll") is var path && File.Exists(path) ? context.LoadFromAssemblyPath(path) : null;
        Start();
    }

    // Apart, so that nothing of the gate is loaded before its assemblies can be found.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Start()
    {
        ContactPlatform.SqlServerGate.LinqGate.Start(problem => Console.WriteLine($"fail: SqlServerGate {problem.ReplaceLineEndings(" ")}"));
        Console.WriteLine("info: SqlServerGate watches");
    }
}
#pragma warning restore CA1050
