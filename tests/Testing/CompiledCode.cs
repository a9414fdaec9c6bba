using System.Reflection;

namespace ContactPlatform.Testing;

/// <summary>What the compiled services call, read from their methods' code.</summary>
public static class CompiledCode
{
    private const byte Call = 0x28, CallVirtual = 0x6F, New = 0x73;

    /// <summary>Every method and constructor of an assembly, those that the compiler made for lambdas and `await` too.</summary>
    public static IEnumerable<MethodBase> Methods(Assembly assembly) => assembly.GetTypes()
        .SelectMany(t => t.GetMembers(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly).OfType<MethodBase>());

    /// <summary>
    /// The methods and constructors that a method calls, as often as it names them. Bytes that only look like a call may
    /// add one that is not: callers look for particular ones, which no stray bytes name.
    /// </summary>
    public static IEnumerable<MethodBase> Calls(MethodBase method)
    {
        var code = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        for (var i = 0; i + 4 < code.Length; i++)
        {
            if (code[i] is Call or CallVirtual or New && Resolve(method, BitConverter.ToInt32(code, i + 1)) is { } called)
            {
                yield return called;
            }
        }
    }

    private static MethodBase? Resolve(MethodBase method, int token)
    {
        // A method of this module, a reference to another's, or either with its type arguments (ECMA-335 II.22).
        if ((token >>> 24) is not (0x06 or 0x0A or 0x2B))
        {
            return null;
        }
        try
        {
            return method.Module.ResolveMethod(token, method.DeclaringType?.GetGenericArguments(), method.IsGenericMethod ? method.GetGenericArguments() : null);
        }
        catch (Exception e) when (e is ArgumentException or BadImageFormatException or MissingMethodException or TypeLoadException or FileNotFoundException)
        {
            return null; // No token after all.
        }
    }
}
