using System.Reflection;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.SqlServer.Tests;

/// <summary>The services' databases, as each provider sees them; nothing is connected.</summary>
public static class Contexts
{
    /// <summary>The services that have a database. A test fails when one is missing here.</summary>
    public static readonly string[] Services = ["Contacts", "Funnel", "Deliverability", "Sequences"];

    public static TheoryData<string> All => [.. Services];

    public static Assembly AssemblyOf(string service) => Assembly.Load($"ContactPlatform.{service}");

    /// <summary>What the services are built from, as far as it is ours.</summary>
    public static IEnumerable<Assembly> Assemblies() => Services.Select(AssemblyOf).Prepend(typeof(PlatformDbContext).Assembly);

    public static PlatformDbContext SqlServer(string service) => Create(service, $"SqlServer{service}DbContext", "UseSqlServer");

    public static PlatformDbContext PostgreSql(string service) => Create(service, $"{service}DbContext", "UseNpgsql");

    private static PlatformDbContext Create(string service, string name, string provider)
    {
        var type = AssemblyOf(service).GetType($"ContactPlatform.{service}.{name}", throwOnError: true)!;
        var builder = (DbContextOptionsBuilder)Activator.CreateInstance(typeof(DbContextOptionsBuilder<>).MakeGenericType(type))!;
        _ = provider == "UseNpgsql" ? builder.UseNpgsql("Host=nowhere") : builder.UseSqlServer("Server=nowhere");
        return (PlatformDbContext)Activator.CreateInstance(type, builder.Options, new CurrentAccount { Id = 1 })!;
    }
}
