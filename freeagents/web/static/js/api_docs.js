// Shows the OpenAPI document with Swagger UI, within the page's own landmarks and headings, with each input named.
const place = document.getElementById('swagger-ui')
const said = place.dataset

const ours = ({ React: { createElement: element } }) => ({
  components: {
    OurLayout: ({ getComponent, specSelectors }) => {
      if (!specSelectors.specStr()) return null
      const part = name => element(getComponent(name, true))
      return element('div', { className: 'swagger-ui' },
        element(getComponent('SvgAssets')),
        part('errors'),
        element('h2', { className: 'govuk-heading-m' }, said.operations),
        part('AuthorizeBtnContainer'),
        part('operations'),
        part('Models'))
    }
  },
  wrapComponents: {
    TextArea: Original => props => element(Original, { 'aria-label': said.body, ...props }),
    CloseIcon: Original => props => element('span', null,
      element(Original, props), element('span', { className: 'govuk-visually-hidden' }, said.close))
  }
})

window.SwaggerUIBundle({
  url: said.document,
  domNode: place,
  plugins: [ours],
  layout: 'OurLayout',
  // Links to operations would stand inside buttons.
  deepLinking: false,
  tryItOutEnabled: true,
  syntaxHighlight: false
})
