using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ContactPlatform.Funnel.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class MergedContacts : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "merged_into",
                table: "contact_stages",
                type: "bigint",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "IX_contact_stages_account_id_merged_into",
                table: "contact_stages",
                columns: new[] { "account_id", "merged_into" },
                filter: "merged_into IS NOT NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_contact_stages_account_id_merged_into",
                table: "contact_stages");

            migrationBuilder.DropColumn(
                name: "merged_into",
                table: "contact_stages");
        }
    }
}
