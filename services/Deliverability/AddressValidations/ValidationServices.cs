using ContactPlatform.Deliverability.ValidationCredits;
using ContactPlatform.ServiceDefaults.Runs;

namespace ContactPlatform.Deliverability.AddressValidations;

/// <summary>Registers what validations need.</summary>
public static class ValidationServices
{
    /// <summary>Registers it.</summary>
    public static IServiceCollection AddAddressValidations(this IServiceCollection services) => services
        .AddScoped<CreditStore>()
        .AddScoped<ValidationStore>()
        .AddScoped<ValidationUpload>()
        .AddScoped<ValidationFile>()
        .AddSingleton<IRunExecutor, ValidationExecutor>()
        .AddHostedService<ValidationSweeper>();
}
