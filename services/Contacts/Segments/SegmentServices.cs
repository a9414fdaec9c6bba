using ContactPlatform.Contacts.Filters;

namespace ContactPlatform.Contacts.Segments;

/// <summary>Registers what segments need.</summary>
public static class SegmentServices
{
    /// <summary>Adds it.</summary>
    public static IServiceCollection AddSegments(this IServiceCollection services)
    {
        services.AddOptions<SegmentOptions>().BindConfiguration("Segments").ValidateDataAnnotations().ValidateOnStart();
        return services.AddScoped<FilterReader>().AddScoped<ContactSets>().AddScoped<SegmentReads>().AddScoped<SnapshotStore>();
    }
}
