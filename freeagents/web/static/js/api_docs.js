// Shows the OpenAPI document with Swagger UI.
const place = document.getElementById('swagger-ui')
window.SwaggerUIBundle({
  url: place.dataset.document,
  domNode: place,
  deepLinking: true,
  tryItOutEnabled: true,
  syntaxHighlight: false,
  // It brings a main of its own; the page has one.
  onComplete: () => place.querySelectorAll('main').forEach((one) => one.setAttribute('role', 'presentation'))
})
